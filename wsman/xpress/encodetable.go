package xpress

import "slices"

// encodeTable is the encoding side of a canonical Huffman code.
type encodeTable struct {
	lengths [numSymbols]uint8
	codes   [numSymbols]uint16
	// order holds the used symbols as count<<9 | symbol, the rarest first.
	order [numSymbols]uint32
	nodes [numSymbols]uint32
}

// init makes the code for symbols that come that often. At least two of the
// counts must not be zero, and their sum is at most maxChunk + 1.
func (t *encodeTable) init(counts *[numSymbols]uint32) {
	used := t.order[:0]
	for symbol, count := range counts {
		if count != 0 {
			used = append(used, count<<9|uint32(symbol))
		}
	}
	slices.Sort(used)
	nodes := t.nodes[:len(used)]
	for i, v := range used {
		nodes[i] = v >> 9
	}
	depths(nodes)
	perLength := lengthHistogram(nodes)
	limitLengths(&perLength)
	t.assign(used, &perLength)
}

// depths replaces counts, sorted upwards, by the depths of their leaves in a
// Huffman tree (Moffat and Katajainen, "In-Place Calculation of
// Minimum-Redundancy Codes", 1995). There are at least two.
func depths(a []uint32) {
	joinNodes(a)
	n := len(a)
	// Parents to depths of the inner nodes, the root last.
	a[n-2] = 0
	for i := n - 3; i >= 0; i-- {
		a[i] = a[a[i]] + 1
	}
	// Depths of inner nodes to depths of leaves, the shallowest last.
	inner, leaf, available := n-2, n-1, 1
	for depth := uint32(0); available > 0; depth++ {
		used := 0
		for ; inner >= 0 && a[inner] == depth; inner-- {
			used++
		}
		for ; available > used; available-- {
			a[leaf] = depth
			leaf--
		}
		available = 2 * used
	}
}

// joinNodes is the first pass of depths: it joins the two smallest nodes until
// one is left, and leaves in each place the parent of that inner node.
func joinNodes(a []uint32) {
	n := len(a)
	leaf, root := 0, 0
	take := func(next int) uint32 { // the smallest node; its parent is next
		if leaf < n && (root >= next || a[leaf] <= a[root]) {
			leaf++
			return a[leaf-1]
		}
		sum := a[root]
		a[root] = uint32(next)
		root++
		return sum
	}
	for next := range n - 1 {
		first := take(next)
		a[next] = first + take(next)
	}
}

// lengthHistogram counts the leaves of each depth; those that are too deep
// count as maxCodeLen.
func lengthHistogram(depths []uint32) (perLength [maxCodeLen + 1]int) {
	for _, depth := range depths {
		perLength[min(depth, maxCodeLen)]++
	}
	return perLength
}

// limitLengths makes a histogram that was cut at maxCodeLen a complete code
// again. Each round takes one of the longest codes away and gives it the place
// beside a shorter one, which grows by a bit.
func limitLengths(perLength *[maxCodeLen + 1]int) {
	total := 0
	for n := 1; n <= maxCodeLen; n++ {
		total += perLength[n] << (maxCodeLen - n)
	}
	for ; total > 1<<maxCodeLen; total-- {
		n := maxCodeLen - 1
		for perLength[n] == 0 {
			n--
		}
		perLength[maxCodeLen]--
		perLength[n]--
		perLength[n+1] += 2
	}
}

// assign gives the symbols of order, the rarest first, their lengths, longest
// first, and then all symbols their canonical codes.
func (t *encodeTable) assign(order []uint32, perLength *[maxCodeLen + 1]int) {
	clear(t.lengths[:])
	var next [maxCodeLen + 1]uint16
	code := uint16(0)
	for n := 1; n <= maxCodeLen; n++ {
		next[n] = code
		code = (code + uint16(perLength[n])) << 1
	}
	for n := maxCodeLen; n > 0; n-- {
		for _, v := range order[:perLength[n]] {
			t.lengths[v%numSymbols] = uint8(n)
		}
		order = order[perLength[n]:]
	}
	for symbol, n := range &t.lengths {
		if n != 0 {
			t.codes[symbol] = next[n]
			next[n]++
		}
	}
}

// put writes the code lengths to the start of a stream.
func (t *encodeTable) put(out *[tableSize]byte) {
	for i := range out {
		out[i] = t.lengths[2*i] | t.lengths[2*i+1]<<4
	}
}
