-- webhook.lua PATH BODY-FILE SIGNATURE: deliveries of one signed body, each under an id of its own.
local body, headers, n, threads, path = "", {}, 0, 0, ""

function setup(thread)
	threads = threads + 1
	thread:set("own", os.time() .. "-" .. threads .. "-") -- a global there: a local of this name would hide it
end

function init(args)
	local file = assert(io.open(args[2], "rb"))

	path, body = args[1], file:read("*a")
	file:close()
	headers = { ["Content-Type"] = "application/json", ["X-Shopify-Hmac-Sha256"] = args[3], ["X-Shopify-Topic"] = "orders/updated",
		["X-Shopify-Shop-Domain"] = "bench.myshopify.com", ["X-Shopify-API-Version"] = "2026-10",
		["X-Shopify-Triggered-At"] = "2026-11-01T12:00:00.000000000Z" }
end

function request()
	n = n + 1
	headers["X-Shopify-Webhook-Id"] = own .. n
	headers["X-Shopify-Event-Id"] = own .. n
	return wrk.format("POST", path, headers, body)
end
