-- click.lua LINKS: taps of new visitors on bench0 ... bench<LINKS-1>, each a navigation without a cookie.
local path, seed = {}, 0

function setup(thread)
	seed = seed + 1
	thread:set("seed", os.time() * 10 + seed)
end

function init(args)
	local headers = { ["Sec-Fetch-Mode"] = "navigate", ["Sec-Fetch-Dest"] = "document", ["Sec-Fetch-Site"] = "cross-site",
		["Accept"] = "text/html", ["User-Agent"] = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36" }

	math.randomseed(seed)
	for n = 0, tonumber(args[1]) - 1 do
		path[n] = wrk.format("GET", "/go/bench" .. n, headers)
	end
end

function request()
	return path[math.random(0, #path)]
end
