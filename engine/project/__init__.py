"""The only door to SQL and to the workspace's folders."""
