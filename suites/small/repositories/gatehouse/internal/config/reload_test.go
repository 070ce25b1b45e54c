package config

import "testing"

func TestNewHolderMissingFile(t *testing.T) {
	if _, err := NewHolder("nowhere.json"); err == nil {
		t.Fatal("no error")
	}
}
