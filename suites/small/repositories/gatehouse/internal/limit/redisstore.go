package limit

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis counts in a Redis server that several gatehouses share.
type Redis struct{ Client *redis.Client }

// Incr adds one to a client's counter.
func (r *Redis) Incr(key string, window time.Duration) (int, error) {
	ctx := context.Background()
	used, err := r.Client.Incr(ctx, key).Result()
	if err == nil && used == 1 {
		err = r.Client.Expire(ctx, key, window).Err()
	}
	return int(used), err
}
