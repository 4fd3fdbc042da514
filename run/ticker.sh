#!/bin/sh
# ticker.sh FOLDER: starts every helper in FOLDER at once and again each minute, as cron/crontab has cron do. A helper
# waits for its predecessor's lock, so the two overlap and no minute is silent. Leads a process group of its own.
trap 'trap "" TERM; kill -s TERM 0; wait; exit 0' TERM INT
while :; do
	for helper in "$1"/*; do
		"$helper" &
	done
	sleep "${TICK_S:-60}" &
	wait $!
done
