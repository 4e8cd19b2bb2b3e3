"""The review page: server-rendered, on this machine, with nothing fetched from elsewhere."""
