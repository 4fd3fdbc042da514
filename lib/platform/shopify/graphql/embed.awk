# embed.awk: turns *.graphql beside it into C: `const struct str graphql_<file name>`.
# usage: awk -v header=FILE -v source=FILE -f embed.awk *.graphql
function finish() {
	if (name == "")
		return
	printf "extern const struct str graphql_%s;\n", name > header
	printf "const struct str graphql_%s = { text_%s, sizeof(text_%s) - 1 };\n\n", name, name, name > source
}
BEGIN {
	print "/* made by embed.awk from lib/platform/shopify/graphql */\n#include \"lib/core/str.h\"\n" > header
	printf "#include \"%s\"\n\n", "graphql.h" > source
}
FNR == 1 {
	if (name != "")
		print ";" > source
	finish()
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.graphql$/, "", name)
	printf "static const char text_%s[] =", name > source
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	sub(/^ +/, "")
	printf "\n\t\"%s\\n\"", $0 > source
}
END {
	if (name != "")
		print ";" > source
	finish()
}
