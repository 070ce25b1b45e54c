package limit

import (
	"testing"
	"time"
)

func TestAllow(t *testing.T) {
	limiter := NewLimiter(NewMemory())
	if ok, remaining, _ := limiter.Allow("a", 1, time.Minute); !ok || remaining != 0 {
		t.Fatalf("ok %v remaining %d", ok, remaining)
	}
}
