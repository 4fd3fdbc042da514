# services.sh: the parts of a running copy. Sourced after lib.sh and place.sh, never run.
# Each part that is started stands in $parts as name:pid.

parts=
pid_of() { for part in $parts; do [ "${part%%:*}" != "$1" ] || echo "${part#*:}"; done; }

# start NAME CMD...: under the account, its output to log/NAME.log
start() {
	name=$1
	shift
	(as_account "$@") >>"$state/log/$name.log" 2>&1 </dev/null &
	parts="$parts $name:$!"
}

# still_running: names the part that has ended by itself
ended_part() {
	for part in $parts; do kill -0 "${part#*:}" 2>/dev/null || { echo "${part%%:*}"; return 0; }; done
	return 1
}

# workers_of APP: how many of its pool (DESIGN 3); UNIFYED_WORKERS="go=8 r=4" overrides
workers_of() {
	for pair in ${UNIFYED_WORKERS:-}; do [ "${pair%%=*}" != "$1" ] || { echo "${pair#*=}"; return; }; done
	case $1 in
	go | webhooks | r | at | auth | connections | dashboard) echo 2 ;;
	*) echo 1 ;;
	esac
}

start_pools() {
	for binary in "$from"/build/cgi-bin/*; do
		app=$(basename "$binary")
		start "$app" env "UNIFYED_CONF=$state/unifyed.conf" "$from/build/pool" "$run/$app.sock" "$(workers_of "$app")" -- "$binary"
	done
	for binary in "$from"/build/cgi-bin/*; do
		app=$(basename "$binary")
		wait_for 50 test -S "$run/$app.sock" || die "the pool of $app did not start" "$state/log/$app.log"
	done
}

start_cron() {
	start cron env "UNIFYED_CONF=$state/unifyed.conf" sh "$from/run/ticker.sh" "$from/build/cron"
}

start_sandbox() {
	mkdir -p "$state/sandbox" && own "$state/sandbox"
	secret=$(sed -n 's/^shopify_client_secret *= *//p' "$state/unifyed.conf")
	start sandbox env "SANDBOX_CLIENT_SECRET=$secret" "$(command -v node)" "$from/tests/sandbox/server.mjs" \
		--port "$sandbox_port" --data "$state/sandbox/state.json" --schema "$from/build/schema" --client-id unifyed-sandbox
	wait_for 100 curl -fsS "http://127.0.0.1:$sandbox_port/healthz" || die "the sandbox did not start" "$state/log/sandbox.log"
}

# nginx reads a folder of its own, with this copy's words filled in.
nginx_conf() {
	rm -rf "$run/nginx" && mkdir "$run/nginx"
	user=
	! is_root || user="user $(account) $(id -gn "$(account)");"
	limit='$binary_remote_addr'
	[ "${UNIFYED_LIMITS:-on}" != off ] || limit='""'
	for file in http params pages problems; do cp "$here/nginx/$file.conf" "$run/nginx/"; done
	sed "s#/usr/share/unifyed/assets/#$from/assets/#" "$here/nginx/server.conf" >"$run/nginx/server.conf"
	sed "s#/run/unifyed/#$run/#" "$here/nginx/locations.conf" >"$run/nginx/locations.conf"
	sed -e "s#@RUN@#$run#; s#@LOG@#$state/log#; s#@PORT@#$port#; s#@USER@#$user#; s#@LIMIT@#$limit#" \
		"$here/nginx/unifyed.conf.in" >"$run/nginx/unifyed.conf"
}

start_nginx() {
	nginx_conf
	nginx=$(PATH="$PATH:/usr/sbin:/sbin" command -v nginx)
	(cd / && exec setsid setpriv --pdeathsig QUIT -- "$nginx" -e "$state/log/nginx.log" -c "$run/nginx/unifyed.conf") \
		>>"$state/log/nginx.log" 2>&1 </dev/null 9>&- &
	parts="$parts nginx:$!"
	wait_for 50 curl -sS -o /dev/null "http://127.0.0.1:$port/" || die "nginx did not start" "$state/log/nginx.log"
}

# From the door inwards: no new visitors, no new work, then what all of it stands on.
stop_all() {
	end_pid "$(pid_of nginx)" QUIT 50
	for part in $parts; do
		case ${part%%:*} in
		nginx | sandbox) ;;
		*) kill -s TERM "${part#*:}" 2>/dev/null || true ;;
		esac
	done
	for part in $parts; do
		[ "${part%%:*}" = nginx ] || end_pid "${part#*:}" TERM 250
	done
	cluster_stop
	parts=
}
