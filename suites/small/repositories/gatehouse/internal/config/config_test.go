package config

import "testing"

func TestLoadMissingFile(t *testing.T) {
	if _, err := Load("nowhere.json"); err == nil {
		t.Fatal("no error")
	}
}
