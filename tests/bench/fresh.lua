-- fresh.lua: asks for the path with a query that nobody has asked with, so that nginx's page cache never has the answer. The last letter is
-- encoded: an address that is spelt unusually is kept under the whole of itself, and a usual one by what its page answers to.
local threads, n = 0, 0

function setup(thread)
	threads = threads + 1
	thread:set("own", os.time() .. "-" .. threads .. "-") -- a global there: a local of this name would hide it
end

function request()
	n = n + 1
	return wrk.format("GET", wrk.path:gsub(".$", function(last) return ("%%%02x"):format(last:byte()) end) .. "?n=" .. own .. n)
end
