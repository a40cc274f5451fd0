# What the postgres exporter may read, and nothing else.
path "secret/data/postgres" {
  capabilities = ["read"]
}
