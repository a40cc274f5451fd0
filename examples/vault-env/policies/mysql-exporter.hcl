# What the mysql exporter may read, and nothing else.
path "secret/data/mysql" {
  capabilities = ["read"]
}
