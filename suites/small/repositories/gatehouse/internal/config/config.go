// Package config reads the configuration file.
package config

import (
	"encoding/json"
	"fmt"
	"os"
)

// Config is the whole file.
type Config struct {
	Upstream      string `json:"upstream"`
	Limit         int    `json:"limit"`
	WindowSeconds int    `json:"window_seconds"`
}

// Load reads and checks a file.
func Load(path string) (Config, error) {
	var found Config
	data, err := os.ReadFile(path)
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(data, &found); err != nil {
		return found, err
	}
	if found.Limit <= 0 {
		return found, fmt.Errorf("limit must be above 0, not %d", found.Limit)
	}
	return found, nil
}
