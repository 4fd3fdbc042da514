# sizes.awk: lines of each file, and of each function as the house style writes them (brace in column one).
FNR == 1 { if (file != "") print "file", lines, file; file = FILENAME; head = "" }
{ lines = FNR }
/^[a-z].*\(/ && !/;$/ { head = $0 }
/^{/ { from = FNR }
/^}/ && head != "" && from > 0 {
	sub(/\(.*/, "", head)
	n = split(head, word, /[ *]+/)
	print "function", FNR - from + 1, file ": " word[n]
	head = ""
	from = 0
}
END { if (file != "") print "file", lines, file }
