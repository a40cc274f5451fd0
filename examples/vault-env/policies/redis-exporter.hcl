# What the redis exporter may read, and nothing else.
path "secret/data/redis-1" {
  capabilities = ["read"]
}
path "secret/data/redis-2" {
  capabilities = ["read"]
}
path "secret/data/redis-3" {
  capabilities = ["read"]
}
