package config

import "sync"

// Holder keeps the configuration in force.
type Holder struct {
	mu      sync.RWMutex
	path    string
	current Config
}

// NewHolder loads a file for the first time.
func NewHolder(path string) (*Holder, error) {
	loaded, err := Load(path)
	return &Holder{path: path, current: loaded}, err
}

// Current is the configuration in force.
func (h *Holder) Current() Config {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.current
}

// Reload reads the file again.
func (h *Holder) Reload() error {
	loaded, err := Load(h.path)
	h.mu.Lock()
	h.current = loaded
	h.mu.Unlock()
	return err
}
