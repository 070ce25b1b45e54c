// Package limit counts calls in windows of time.
package limit

import "time"

// Store keeps counters. Incr gives the counter after adding one.
type Store interface {
	Incr(key string, window time.Duration) (int, error)
}

// Limiter decides who may call.
type Limiter struct{ store Store }

// NewLimiter counts in a store.
func NewLimiter(store Store) *Limiter { return &Limiter{store} }

// Allow says whether a client may call now, and how many calls remain.
func (l *Limiter) Allow(client string, most int, window time.Duration) (bool, int, error) {
	used, err := l.store.Incr(client, window)
	if err != nil {
		return false, 0, err
	}
	return used <= most, most - used, nil
}
