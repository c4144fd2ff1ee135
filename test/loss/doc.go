// Package loss tests that nothing is lost and nothing gets stuck, with the
// real engine: a client is cut off at a random byte of an answer or goes
// without a word, and the same or another client has every object that came
// after; and a pipeline whose output nobody takes holds up neither its
// neighbours nor its own end.
//
// WINRMD_LOSS_ROUNDS says how many rounds the first has (100 where CI is true,
// else 5), WINRMD_LOSS_SEED plays the same choices again.
package loss
