# What vector may read, and nothing else.
path "secret/data/postgres" {
  capabilities = ["read"]
}
path "secret/data/mongodb" {
  capabilities = ["read"]
}
path "secret/data/redis-1" {
  capabilities = ["read"]
}
path "secret/data/redis-2" {
  capabilities = ["read"]
}
path "secret/data/redis-3" {
  capabilities = ["read"]
}
