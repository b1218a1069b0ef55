"""What stands between our one Scrapy spider and the network: addresses, decompression, replay."""
