# What the mongodb exporter may read, and nothing else.
path "secret/data/mongodb" {
  capabilities = ["read"]
}
