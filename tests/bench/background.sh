# background.sh: what runs behind the click, measured by bench.sh: webhooks taken in, events drained, lapsed holds swept while
# visitors click, and the click when the tables have grown. Sourced after bench.sh's own functions, never run.

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$admin" "$@"; }
now_us() { echo $(($(date +%s%N) / 1000)); }
per_second() { awk -v n="$1" -v us="$2" 'BEGIN { printf "%.0f\n", n * 1e6 / us }'; }

# ---- webhooks: signed deliveries of one order, each under its own id, against one plain INSERT per request
webhook_body=$here/tests/fuzz/corpus/webhook/orders_create_no_pii

ingest_start() {
	sql -c 'create table bench_delivery (id uuid primary key, body text not null)'
	start webhooks "$from/build/pool" "$run/webhooks.sock" 2 -- "$from/build/cgi-bin/webhooks"
	start insert "$from/build/pool" "$run/insert.sock" 2 -- "$from/build/bench/insert" "$admin"
	wait_for 50 test -S "$run/webhooks.sock" -a -S "$run/insert.sock" || die "the pools did not start" "$state/log/webhooks.log"
	echo "location /insert { include params.conf; fastcgi_pass unix:$run/insert.sock; }" >>"$run/nginx/locations.conf"
	kill -s HUP "$(pid_of nginx)"
	sleep 0.5
	secret=$(sed -n 's/^shopify_client_secret *= *//p' "$state/unifyed.conf")
	signature=$(openssl dgst -sha256 -hmac "$secret" -binary "$webhook_body" | base64)
}

post() {
	: >"$state/log/access.log"
	wrk -t 2 -c 32 -d "$each" --latency -s "$here/tests/bench/webhook.lua" "http://127.0.0.1:$port" -- \
		"$2" "$webhook_body" "$signature" >"$dir/wrk" 2>&1 || die "wrk failed" "$dir/wrk"
	keep "$1" "$(awk '/^Requests\/sec/ { print $2 }' "$dir/wrk")"
	awk '/^ +99%/ { v = $2 + 0; if ($2 ~ /us$/) v /= 1000; else if ($2 !~ /ms$/) v *= 1000; print v }' "$dir/wrk" >>"$dir/$1.p99"
	sleep 0.1
	answered 200 32 "$1"
}

ingest() {
	ingest_start
	for n in $(seq "$rounds"); do
		step round "$n of $rounds, webhooks"
		post webhook /webhooks/shopify
		post insert /insert
	done
}

# ---- events: all consumers through the last 100,000 that the clicks have told, against the bare ordered read of the same rows
drain() {
	place=$(sql -F ' ' -c 'select epoch, xid, id from u.event_log order by epoch desc, xid desc, id desc offset 100000 limit 1')
	[ -n "$place" ] || place="0 0 00000000-0000-0000-0000-000000000000"
	set -- $place
	for n in $(seq "$rounds"); do
		step round "$n of $rounds, events"
		"$from/build/bench/drain" "$admin" "$@" >"$dir/out" 2>&1 || die "drain failed" "$dir/out"
		keep bare "$(cut -d ' ' -f 1 "$dir/out")"
		events=$(cut -d ' ' -f 2 "$dir/out")
		sql -c 'truncate u.event_consumed, u.link_clicks, u.revenue_order, u.visits' \
			-c "insert into u.event_consumer (name) values ('clicks'), ('revenue'), ('visits'), ('replays'), ('bio') on conflict do nothing" \
			-c "update u.event_consumer set epoch = $1, xid = '$2', id = '$3'"
		began=$(now_us)
		"$from/build/cron/events_deliver" --once >>"$state/log/events_deliver.log" 2>&1 || die "events_deliver failed" "$state/log/events_deliver.log"
		took=$(($(now_us) - began))
		keep drained "$(per_second "$events" "$took")"
	done
}

# ---- sweeping: holds lapse by the thousand while visitors click
lapse() {
	sql -c "with old as (select r.id, r.session_id from u.reservation r where r.state = 'pending' order by r.id limit $1),
		s as (update u.checkout_session set expires_at = u.clock() where id in (select session_id from old))
		update u.reservation set expires_at = u.clock() where id in (select id from old)"
}

sweep() {
	for n in $(seq "$rounds"); do
		step round "$n of $rounds, sweeping"
		through calm 303 16 "$links"
		lapse 40000
		swept=$(sql -c "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'")
		timeout -s TERM "$each" "$from/build/cron/reservations_expire" --once >>"$state/log/sweep.log" 2>&1 &
		sweeper=$!
		began=$(now_us)
		through swept_by 303 16 "$links"
		wait "$sweeper" || true
		took=$(($(now_us) - began))
		keep swept "$(per_second $(($(sql -c "select count(*) from u.event_log where type = 'RESERVATION_EXPIRED'") - swept)) "$took")"
		"$from/build/cron/reservations_expire" --once >>"$state/log/sweep.log" 2>&1 || die "the sweeper failed" "$state/log/sweep.log"
	done
}

# ---- growth: the same clicks on 10^4 links, and on 10^6 beside 5x10^6 events
# grow FROM TO EVENTS: links grown<FROM> ... grown<TO - 1>, and so many events more
grow() {
	sql -c "insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)
		select u.event_id('link', n::text, u.at(1700000000000 + n)), l.creator_id, l.shop_id, l.offer_id, l.attribution_id, 'grown' || n
		  from generate_series($1, $2 - 1) n join u.short_link l on l.code = 'bench' || n % $links"
	sql -c "insert into u.event_log (id, type, creator_id, subject, at, payload)
		select u.event_id('grown', n || ':$1', u.at(1700000000000 + n)), 'LINK_CLICKED', l.creator_id, l.id, u.clock(),
		       jsonb_build_object('outcome', 'started')
		  from generate_series(1, $3) n join u.short_link l on l.code = 'bench' || n % $links"
	sql -c 'vacuum analyze u.short_link' -c 'analyze u.event_log' -c checkpoint
}

growth() {
	step growth "10,000 links"
	grow 0 10000 50000
	for n in $(seq "$rounds"); do through small 303 1 "10000 grown"; done
	step growth "1,000,000 links and 5,000,000 events"
	grow 10000 1000000 4950000
	for n in $(seq "$rounds"); do through large 303 1 "1000000 grown"; done
}
