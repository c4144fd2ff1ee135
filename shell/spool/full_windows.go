package spool

import "golang.org/x/sys/windows"

// fullErrors are the system's errors that say that a disk has no room.
var fullErrors = []error{
	windows.ERROR_DISK_FULL,
	windows.ERROR_HANDLE_DISK_FULL,
	windows.ERROR_DISK_QUOTA_EXCEEDED,
	windows.ERROR_DISK_RESOURCES_EXHAUSTED,
}
