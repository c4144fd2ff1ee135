// Package fault tests what is left when something dies, stops or breaks, with
// the real engine: the daemon, the host of a session, its engine, the network,
// the disk. Whatever has not died itself goes on, nothing is lost or carried
// out twice, and of what has died nothing is left behind.
//
// WINRMD_FAULT_KILLS says how often the daemon is killed (100 where CI is true,
// else 10), WINRMD_FAULT_CUTS how often a connection is cut (1000, else 100),
// WINRMD_FAULT_SEED plays the same choices again, and WINRMD_FAULT_RACE=true
// builds the server with the race detector.
package fault
