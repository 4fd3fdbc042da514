# cluster.sh: a private PostgreSQL cluster in one folder. Sourced after lib.sh, never run.
# Reached over a unix socket alone, in a folder that is closed to others; so it trusts who gets that far.

# The newest installed server of version 15 or later
pg_bin() {
	for pg_dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -n -r); do
		[ -x "$pg_dir/postgres" ] && [ -x "$pg_dir/initdb" ] && echo "$pg_dir" && return 0
	done
	dirname "$(command -v postgres)" 2>/dev/null
}

# cluster_new DIR LOG [initdb option]...: makes the cluster; its superuser is postgres
cluster_new() {
	cluster_dir=$1 cluster_log=$2
	shift 2
	mkdir -p "$cluster_dir" && chmod 700 "$cluster_dir" && own "$cluster_dir"
	(as_account "$(pg_bin)/initdb" -D "$cluster_dir" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions "$@") \
		>>"$cluster_log" 2>&1
}

# cluster_start DIR SOCKETS LOG [-c name=value]...: leaves the server's pid in cluster_pid
cluster_start() {
	cluster_dir=$1 cluster_sockets=$2 cluster_log=$3
	shift 3
	# A server whose starter was killed is on its way out; the first line of its file is its pid.
	cluster_pid=$(head -n 1 "$cluster_dir/postmaster.pid" 2>/dev/null) || true
	[ -z "$cluster_pid" ] || wait_for 300 sh -c "! kill -0 $cluster_pid" || return 1
	(as_account "$(pg_bin)/postgres" -D "$cluster_dir" -k "$cluster_sockets" -p 5432 -c listen_addresses= -c unix_socket_permissions=0700 \
		-c max_connections=300 -c shared_buffers=64MB -c jit=off -c log_min_messages=warning "$@") >>"$cluster_log" 2>&1 &
	cluster_pid=$!
	cluster_left=600
	until "$(pg_bin)/pg_isready" -q -h "$cluster_sockets" -p 5432 -d postgres -U postgres; do
		cluster_left=$((cluster_left - 1))
		[ "$cluster_left" -gt 0 ] && kill -0 "$cluster_pid" 2>/dev/null || return 1
		sleep 0.05
	done
}

# cluster_stop: a fast shutdown (SIGINT), the way that keeps everything committed
cluster_stop() {
	end_pid "${cluster_pid:-}" INT 300
	cluster_pid=
}
