package kerberos

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// block is the size of AES's blocks, in bytes.
const block = aes.BlockSize

// encryptCTS encrypts in place with a zero IV, in CBC mode with cipher text
// stealing (RFC 3962 section 5): the last two blocks change places, also where
// the text fills its last block, and then the second of them is cut. The text
// has at least one block; a confounder is one.
func encryptCTS(c cipher.Block, text []byte) {
	var iv, tail [block]byte
	mode := cipher.NewCBCEncrypter(c, iv[:])
	rest := lastBlock(len(text))
	head := text[:len(text)-rest]
	mode.CryptBlocks(head, head)
	copy(tail[:], text[len(head):])
	mode.CryptBlocks(tail[:], tail[:])
	if len(head) == 0 {
		copy(text, tail[:])
		return
	}
	previous := head[len(head)-block:]
	copy(text[len(head):], previous)
	copy(previous, tail[:])
}

// decryptCTS undoes encryptCTS.
func decryptCTS(c cipher.Block, text []byte) {
	var iv, stolen [block]byte
	rest := lastBlock(len(text))
	head, tail := text[:len(text)-rest], text[len(text)-rest:]
	if len(head) == 0 {
		c.Decrypt(text, text)
		return
	}
	previous := head[len(head)-block:]
	c.Decrypt(stolen[:], previous)
	// What is left of the block before the last one stands in tail; the rest
	// of it is in stolen, since it was encrypted with zeros in its place.
	copy(previous, tail)
	subtle.XORBytes(tail, tail, stolen[:rest])
	copy(previous[rest:], stolen[rest:])
	cipher.NewCBCDecrypter(c, iv[:]).CryptBlocks(head, head)
}

// lastBlock is how many bytes the last block of a text of n bytes has, 1 to 16.
func lastBlock(n int) int { return (n-1)%block + 1 }
