package main

import (
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"example.org/gatehouse/internal/config"
	"example.org/gatehouse/internal/limit"
	"example.org/gatehouse/internal/proxy"
)

func main() {
	holder, err := config.NewHolder(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		for range hangup {
			holder.Reload()
		}
	}()
	handler := proxy.New(holder, limit.NewLimiter(limit.NewMemory()))
	log.Fatal(http.ListenAndServe(":8080", handler))
}
