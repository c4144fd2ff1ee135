package main

import (
	"net/url"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// proxy says which proxy leads to the server.
func (s *settings) proxy(config *wsmanclient.Config) error {
	switch s.Proxy {
	case "":
		return nil
	case "none":
		config.Proxy = nil
		return nil
	}
	proxy, err := url.Parse(s.Proxy)
	if err != nil {
		return usage("--proxy: %w", err)
	}
	config.Proxy = func(*url.URL) (*url.URL, error) { return proxy, nil }
	return nil
}
