# pages.sh: the public pages, measured by bench.sh: from nginx's page cache against a file of the same size, past it against the least
# FastCGI page of that size, and what a first visit carries. Sourced after bench.sh's own functions, never run.

pages='replay bio'
path_of() { case $1 in replay) echo /r/bench ;; bio) echo /@bench ;; esac; }
ask_page() { curl -fsS -o "$dir/got" "$@" || die "a page did not answer: $*" "$state/log/nginx.log"; }

# The page as it is becomes the file, and says how large the hello must be
page_limits() {
	file=$from/pages/$1
	ask_page "http://127.0.0.1:$port$(path_of "$1")"
	cp "$dir/got" "$file"
	own "$file"
	start "hello_$1" "$from/build/pool" "$run/hello_$1.sock" 2 -- "$from/build/bench/hello" "$(wc -c <"$file")"
	wait_for 50 test -S "$run/hello_$1.sock" || die "the pool did not start" "$state/log/hello_$1.log"
	cat >>"$run/nginx/locations.conf" <<-END
		location = /file/$1 { alias $file; default_type "text/html; charset=utf-8"; }
		location = /hello/$1 { include params.conf; fastcgi_pass unix:$run/hello_$1.sock; }
	END
}

pages_start() {
	mkdir "$from/pages"
	for page in $pages; do page_limits "$page"; done
	kill -s HUP "$(pid_of nginx)"
	sleep 0.5
}

page_round() {
	through "$1_cached" 200 64 "$(path_of "$1")"
	through "$1_file" 200 64 "/file/$1"
	through "$1_fresh" 200 64 "$(path_of "$1")" -s "$here/tests/bench/fresh.lua"
	through "$1_hello" 200 64 "/hello/$1"
}

# Rounds of half the time: these figures come by the ten thousand
pages_measure() {
	whole=$each each=$(((each + 1) / 2))
	pages_start
	for n in $(seq "$rounds"); do
		step round "$n of $rounds, pages"
		for page in $pages; do page_round "$page"; done
	done
	each=$whole
}

# own_files FILE: what a browser fetches for this page from our own host, once each
own_files() {
	grep -oE '<(img|script|iframe|link)[^>]*>' "$1" | sed -nE 's/.* (src|href)="(\/[^/"][^"]*)".*/\2/p' | sed 's/&amp;/\&/g' | sort -u
}

# weight PAGE: requests and bytes of bodies of a first visit, as they come over the wire
weight() {
	own_files "$from/pages/$1" >"$dir/files"
	for path in "$(path_of "$1")" $(cat "$dir/files"); do
		ask_page -H 'Accept-Encoding: gzip' -w '%{size_download}\n' "http://127.0.0.1:$port$path"
	done >"$dir/sizes"
	awk -v page="$1" -v plain="$(wc -c <"$from/pages/$1")" 'NR == 1 { html = $1 } { all += $1 }
		END { printf "  %s page: %d requests, %d bytes compressed, of these %d its HTML (%d plain)\n", page, NR, all, html, plain }' "$dir/sizes"
}

pages_table() {
	for page in $pages; do
		row 5 "cached $page page, $(wc -c <"$from/pages/$page") bytes (static file)" "$(median "${page}_cached")" "$(median "${page}_file")" /s '>=' 0.9
		row '' "uncached $page page (FastCGI hello, as large)" "$(median "${page}_fresh")" "$(median "${page}_hello")" /s '' -
	done
}
