package proxy

import "testing"

func TestNew(t *testing.T) {
	if New(nil, nil) == nil {
		t.Fatal("no handler")
	}
}
