#!/bin/sh
# hash_assets.sh ASSETS GENERATED: in the compiled templates, /assets/public.css becomes /assets/public.<hash>.css, so that
# browsers may keep a file for ever and still get the next one at once; nginx drops the hash again.
set -eu
for file in "$1"/*.*; do
	[ -e "$file" ] || exit 0
	name=$(basename "$file")
	hash=$(sha256sum "$file" | cut -c 1-10)
	printf 's#/assets/%s\\([^A-Za-z0-9.]\\)#/assets/%s.%s.%s\\1#g\n' "$(printf '%s' "$name" | sed 's/\./\\./g')" "${name%.*}" "$hash" "${name##*.}"
done >"$2/assets.sed"
find "$2" -name '*.c' -exec sed -i -f "$2/assets.sed" {} +
rm "$2/assets.sed"
