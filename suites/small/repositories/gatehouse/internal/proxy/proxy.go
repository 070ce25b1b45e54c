// Package proxy passes calls on that the limiter lets through.
package proxy

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"

	"example.org/gatehouse/internal/config"
	"example.org/gatehouse/internal/limit"
)

// New is the handler of the whole proxy.
func New(holder *config.Holder, limiter *limit.Limiter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := holder.Current()
		window := time.Duration(now.WindowSeconds) * time.Second
		ok, remaining, err := limiter.Allow(r.RemoteAddr, now.Limit, window)
		if err != nil {
			http.Error(w, "limiter failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
		if !ok {
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		upstream, _ := url.Parse(now.Upstream)
		httputil.NewSingleHostReverseProxy(upstream).ServeHTTP(w, r)
	})
}
