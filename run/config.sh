# config.sh: writes the configuration of a running copy. Sourced after place.sh, never run.

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# Keys and secrets are made once; addresses are those of this start.
config_write() {
	file=$state/unifyed.conf
	keys=$state/keys
	if [ ! -s "$keys" ]; then
		(umask 077 && printf 'key_ring = demo1:%s\nshopify_client_secret = %s\n' "$(random_hex 32)" "$(random_hex 16)" >"$keys")
	fi
	secret=$(sed -n 's/^shopify_client_secret *= *//p' "$keys")
	sandbox=http://127.0.0.1:$sandbox_port
	rm -f "$file"
	(umask 077 && cat >"$file") <<-END
		# Written by run/config.sh at every start; the keys are kept in $keys.
		database = host=$run/pg port=5432 dbname=unifyed
		base_url = http://127.0.0.1:$port
		shopify_client_id = unifyed-sandbox
		shopify_origin = $sandbox/s/{shop}
		shopify_bulk_hosts = 127.0.0.1
		google_accounts_origin = $sandbox/goog
		google_oauth_origin = $sandbox/goog
		youtube_api_origin = $sandbox/yt
		youtube_hub_origin = $sandbox/hub
		youtube_site_origin = $sandbox/yt
		youtube_embed_origin = $sandbox
		youtube_image_origin = $sandbox
		youtube_client_id = unifyed-sandbox-youtube
		youtube_client_secret = youtube-$secret
		youtube_api_key = youtube-key-$secret
		tiktok_authorize_origin = $sandbox/tt
		tiktok_api_origin = $sandbox/tt
		tiktok_embed_origin = $sandbox
		tiktok_image_origins = $sandbox
		tiktok_client_key = unifyed-sandbox-tiktok
		tiktok_client_secret = tiktok-$secret
		twitch_id_origin = $sandbox/twid
		twitch_api_origin = $sandbox/tw
		twitch_site_origin = $sandbox/tw
		twitch_embed_origin = $sandbox
		twitch_image_origin = $sandbox
		twitch_client_id = unifyed-sandbox-twitch
		twitch_client_secret = twitch-$secret
		assets_dir = $from/assets
		allow_private_targets = true
		allow_http = true
		$(cat "$keys")
	END
	own "$file"
}
