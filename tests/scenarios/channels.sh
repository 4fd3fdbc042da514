#!/bin/sh
# channels.sh: a creator connects her YouTube, TikTok and Twitch accounts over their consent pages, goes live there, and everything else
# happens by itself: streams that are detected by push and by looking, one show, a replay with its recording. Then she leaves.
here=$(cd "$(dirname "$0")/../.." && pwd)
export UNIFYED_DETECT_GRACE_S=2 UNIFYED_DETECT_WATCH_S=10
exec "$here/tests/with_stack.sh" node "$here/tests/scenarios/channels.mjs"
