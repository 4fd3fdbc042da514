#!/bin/sh
# The first segment of a path is the file, the socket and the nginx line; a helper is a file and a crontab line.
# Why: who sees a URL finds its code at once, and a new file that nobody serves or starts is noticed.
bad=0
wrong() { printf '%s\n' "$*"; bad=1; }
apps=$({ ls cgi-bin/*.c 2>/dev/null; ls -d cgi-bin/*/ 2>/dev/null; } | sed 's|/$||; s|.*/||; s|\.c$||' | sort -u)
for app in $apps; do
	path=/$app
	[ "$app" != at ] || path=/@
	line=$(grep -E "^location $path +\{" nginx/locations.conf)
	[ -n "$line" ] || wrong "nginx/locations.conf has no line for $path (cgi-bin/$app)"
	case $line in *"unix:/run/unifyed/$app.sock;"*) ;; *) wrong "location $path does not lead to $app.sock" ;; esac
	source=cgi-bin/$app.c
	[ -e "$source" ] || source=cgi-bin/$app/$app.c
	grep -q "^const struct app ${app}_app = { *\"$app\"" "$source" || wrong "$source: no struct app ${app}_app named \"$app\""
	binary=${1:-build}/cgi-bin/$app
	[ -x "$binary" ] || { wrong "$binary is not built"; continue; }
	"$binary" --routes >/dev/null || wrong "$binary --routes failed"
	"$binary" --routes | awk -v want="$path" -v app="$app" '{
		p = $2; at = index(substr(p, 2), "/"); first = at ? substr(p, 1, at) : p
		if (app == "at" ? substr(p, 1, 2) != "/@" : first != want) { print "cgi-bin/" app " has the route " p; bad = 1 }
	} END { exit bad }' || bad=1
done
sed -n 's/^location \(\/[a-z@]*\) .*/\1/p' nginx/locations.conf | while read -r path; do
	app=${path#/}
	[ "$path" != /@ ] || app=at
	[ -e "cgi-bin/$app.c" ] || [ -d "cgi-bin/$app" ] || echo "nginx/locations.conf has $path, and there is no cgi-bin/$app"
done | grep . && bad=1
for source in cron/*.c; do
	name=$(basename "$source" .c)
	grep -q "^const struct helper ${name}_helper = { *\"$name\"" "$source" || wrong "$source: no struct helper ${name}_helper named \"$name\""
	grep -qE "^\* \* \* \* \* .*/cron/$name( |\$)" cron/crontab || wrong "cron/crontab does not start $name"
done
sed -n 's|^\* .*/cron/\([a-z_]*\).*|\1|p' cron/crontab | while read -r name; do
	[ -e "cron/$name.c" ] || echo "cron/crontab starts $name, and there is no cron/$name.c"
done | grep . && bad=1
exit $bad
