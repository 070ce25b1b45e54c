package limit

import (
	"sync"
	"time"
)

// Memory counts in this process.
type Memory struct {
	mu     sync.Mutex
	counts map[string]int
	until  map[string]time.Time
}

// NewMemory is empty.
func NewMemory() *Memory {
	return &Memory{counts: map[string]int{}, until: map[string]time.Time{}}
}

// Incr adds one to a client's counter, which starts again with each window.
func (m *Memory) Incr(key string, window time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.After(m.until[key]) {
		m.counts[key], m.until[key] = 0, now.Add(window)
	}
	m.counts[key]++
	return m.counts[key], nil
}
