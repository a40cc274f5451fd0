# What the rabbitmq exporter may read, and nothing else.
path "secret/data/rabbitmq" {
  capabilities = ["read"]
}
