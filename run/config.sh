# config.sh: writes the configuration of a running copy. Sourced after place.sh, never run.

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# Keys and secrets are made once; addresses are those of this start.
config_write() {
	file=$state/unifyed.conf
	keys=$state/keys
	if [ ! -s "$keys" ]; then
		(umask 077 && printf 'key_ring = demo1:%s\nshopify_client_secret = %s\n' "$(random_hex 32)" "$(random_hex 16)" >"$keys")
	fi
	rm -f "$file"
	(umask 077 && cat >"$file") <<-END
		# Written by run/config.sh at every start; the keys are kept in $keys.
		database = host=$run/pg port=5432 dbname=unifyed
		base_url = http://127.0.0.1:$port
		shopify_client_id = unifyed-sandbox
		shopify_origin = http://127.0.0.1:$sandbox_port/s/{shop}
		shopify_bulk_hosts = 127.0.0.1
		assets_dir = $from/assets
		allow_private_targets = true
		allow_http = true
		$(cat "$keys")
	END
	own "$file"
}
