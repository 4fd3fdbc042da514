-- click.lua LINKS [NAME]: taps of new visitors on bench0 ... bench<LINKS-1> (or NAME0 ...), each a navigation without a cookie.
local links, name, headers, threads = 1, "bench", nil, 0

function setup(thread)
	threads = threads + 1
	thread:set("seed", os.time() * 10 + threads) -- a global there: a local of this name would hide it
end

function init(args)
	headers = { ["Sec-Fetch-Mode"] = "navigate", ["Sec-Fetch-Dest"] = "document", ["Sec-Fetch-Site"] = "cross-site",
		["Accept"] = "text/html", ["User-Agent"] = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36" }
	math.randomseed(seed)
	links, name = tonumber(args[1]), args[2] or name
end

function request()
	return wrk.format("GET", "/go/" .. name .. math.random(0, links - 1), headers)
end
