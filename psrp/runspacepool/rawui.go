package runspacepool

import (
	"context"
)

// RawUI is a console (PSHostRawUserInterface). What it is like the server is told
// once, with Data, when a pool is opened or a pipeline started.
type RawUI interface {
	// Data is what the console is like now.
	Data() RawUIData
	SetForegroundColor(ctx context.Context, c Color) error
	SetBackgroundColor(ctx context.Context, c Color) error
	SetCursorPosition(ctx context.Context, c Coordinates) error
	SetWindowPosition(ctx context.Context, c Coordinates) error
	SetCursorSize(ctx context.Context, percent int) error
	SetBufferSize(ctx context.Context, s Size) error
	SetWindowSize(ctx context.Context, s Size) error
	SetWindowTitle(ctx context.Context, title string) error
	// KeyAvailable reports whether ReadKey would not wait.
	KeyAvailable(ctx context.Context) (bool, error)
	// ReadKey reads a key. Options are bits: 1 allow Ctrl-C, 2 no echo, 4 key down,
	// 8 key up (ReadKeyOptions).
	ReadKey(ctx context.Context, options int32) (KeyInfo, error)
	FlushInputBuffer(ctx context.Context) error
	// FillBufferContents fills a part of the console with one cell.
	FillBufferContents(ctx context.Context, r Rectangle, fill BufferCell) error
	// SetBufferContents writes rows of cells from a place on.
	SetBufferContents(ctx context.Context, origin Coordinates, rows [][]BufferCell) error
	// BufferContents reads rows of cells.
	BufferContents(ctx context.Context, r Rectangle) ([][]BufferCell, error)
	// ScrollBufferContents moves a part, within clip, and fills what it leaves.
	ScrollBufferContents(ctx context.Context, source Rectangle, destination Coordinates, clip Rectangle, fill BufferCell) error
}

// RawUIData is what a console is like (MS-PSRP 2.2.3.14).
type RawUIData struct {
	ForegroundColor, BackgroundColor     Color
	CursorPosition, WindowPosition       Coordinates
	CursorSize                           int // percent
	BufferSize, WindowSize               Size
	MaxWindowSize, MaxPhysicalWindowSize Size
	WindowTitle                          string
}

// Coordinates are a place, from 0 on (2.2.3.1).
type Coordinates struct{ X, Y int }

// Size is in cells (2.2.3.2).
type Size struct{ Width, Height int }

// Rectangle is a part of the console, all four sides included.
type Rectangle struct{ Left, Top, Right, Bottom int }

// BufferCell is a character on the console (2.2.3.28).
type BufferCell struct {
	Character                        rune // of UTF-16's basic plane
	ForegroundColor, BackgroundColor Color
	// Type is 0, or 1 and 2 for the halves of a wide character.
	Type int32
}

// KeyInfo is a key that was pressed or let go (2.2.3.26).
type KeyInfo struct {
	// VirtualKeyCode is Windows', Character what it stands for; 0 for nothing.
	VirtualKeyCode int32
	Character      rune
	// ControlKeyState are bits (ControlKeyStates, 2.2.3.27).
	ControlKeyState int32
	KeyDown         bool
}

// NoRawUI is a RawUI that refuses, to embed.
type NoRawUI struct{}

// Data implements RawUI, with a console of 80 by 25.
func (NoRawUI) Data() RawUIData {
	size := Size{80, 25}
	return RawUIData{
		ForegroundColor: Gray, CursorSize: 25, BufferSize: size, WindowSize: size, MaxWindowSize: size, MaxPhysicalWindowSize: size,
	}
}

// SetForegroundColor implements RawUI.
func (NoRawUI) SetForegroundColor(context.Context, Color) error { return ErrNotSupported }

// SetBackgroundColor implements RawUI.
func (NoRawUI) SetBackgroundColor(context.Context, Color) error { return ErrNotSupported }

// SetCursorPosition implements RawUI.
func (NoRawUI) SetCursorPosition(context.Context, Coordinates) error { return ErrNotSupported }

// SetWindowPosition implements RawUI.
func (NoRawUI) SetWindowPosition(context.Context, Coordinates) error { return ErrNotSupported }

// SetCursorSize implements RawUI.
func (NoRawUI) SetCursorSize(context.Context, int) error { return ErrNotSupported }

// SetBufferSize implements RawUI.
func (NoRawUI) SetBufferSize(context.Context, Size) error { return ErrNotSupported }

// SetWindowSize implements RawUI.
func (NoRawUI) SetWindowSize(context.Context, Size) error { return ErrNotSupported }

// SetWindowTitle implements RawUI.
func (NoRawUI) SetWindowTitle(context.Context, string) error { return ErrNotSupported }

// KeyAvailable implements RawUI.
func (NoRawUI) KeyAvailable(context.Context) (bool, error) { return false, ErrNotSupported }

// ReadKey implements RawUI.
func (NoRawUI) ReadKey(context.Context, int32) (KeyInfo, error) { return KeyInfo{}, ErrNotSupported }

// FlushInputBuffer implements RawUI.
func (NoRawUI) FlushInputBuffer(context.Context) error { return ErrNotSupported }

// FillBufferContents implements RawUI.
func (NoRawUI) FillBufferContents(context.Context, Rectangle, BufferCell) error {
	return ErrNotSupported
}

// SetBufferContents implements RawUI.
func (NoRawUI) SetBufferContents(context.Context, Coordinates, [][]BufferCell) error {
	return ErrNotSupported
}

// BufferContents implements RawUI.
func (NoRawUI) BufferContents(context.Context, Rectangle) ([][]BufferCell, error) {
	return nil, ErrNotSupported
}

// ScrollBufferContents implements RawUI.
func (NoRawUI) ScrollBufferContents(context.Context, Rectangle, Coordinates, Rectangle, BufferCell) error {
	return ErrNotSupported
}
