package guard

import "container/list"

// lru is a map of at most a number of entries. Where there is no room the entry
// goes that was not used for longest.
type lru[K comparable, V any] struct {
	most  int
	order list.List // of *lruEntry; the last used one in front
	items map[K]*list.Element
}

type lruEntry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](most int) *lru[K, V] {
	return &lru[K, V]{most: most, items: map[K]*list.Element{}}
}

// get finds an entry, which is then the last used one.
func (l *lru[K, V]) get(key K) (v V, ok bool) {
	e, ok := l.items[key]
	if !ok {
		return v, false
	}
	l.order.MoveToFront(e)
	return e.Value.(*lruEntry[K, V]).value, true
}

func (l *lru[K, V]) put(key K, v V) {
	if e, ok := l.items[key]; ok {
		e.Value.(*lruEntry[K, V]).value = v
		l.order.MoveToFront(e)
		return
	}
	if len(l.items) >= l.most {
		l.remove(l.order.Back().Value.(*lruEntry[K, V]).key)
	}
	l.items[key] = l.order.PushFront(&lruEntry[K, V]{key, v})
}

func (l *lru[K, V]) remove(key K) {
	if e, ok := l.items[key]; ok {
		l.order.Remove(e)
		delete(l.items, key)
	}
}

func (l *lru[K, V]) len() int { return len(l.items) }

// orNew finds an entry or makes it.
func (l *lru[K, V]) orNew(key K, make func() V) V {
	v, ok := l.get(key)
	if !ok {
		v = make()
		l.put(key, v)
	}
	return v
}
