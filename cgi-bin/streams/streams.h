/* streams: the handlers of /streams, by what they are about. */
#ifndef UNIFYED_STREAMS_H
#define UNIFYED_STREAMS_H
#include "lib/web/web.h"

/* sessions.c */
handler streams_sessions, streams_session, streams_session_rename, streams_session_of, streams_session_link;
/* moments.c */
handler streams_spotlight, streams_spotlight_off, streams_moments, streams_moment_add, streams_moment, streams_moment_change,
	streams_moment_delete, streams_moment_merge, streams_suggestions, streams_suggest, streams_moment_accept, streams_moment_dismiss;

#endif
