-- fresh.lua: asks for the path with a query that nobody has asked with, so that nginx's page cache never has the answer.
local threads, n = 0, 0

function setup(thread)
	threads = threads + 1
	thread:set("own", os.time() .. "-" .. threads .. "-") -- a global there: a local of this name would hide it
end

function request()
	n = n + 1
	return wrk.format("GET", wrk.path .. "?n=" .. own .. n)
end
