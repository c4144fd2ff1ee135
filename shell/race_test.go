package shell_test

import "sync"

// race calls f(0) to f(n-1) at the same time.
func race(f func(i int), n int) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}
