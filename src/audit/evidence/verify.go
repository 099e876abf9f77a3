// Checks a folder of evidence with nothing of elevate in it: checkpoints are opened by Go's golang.org/x/mod/sumdb/note,
// proofs are checked by golang.org/x/mod/sumdb/tlog.
//
//	go run . KEY FOLDER
//
// KEY is the first key of the log. Where one key was replaced by the next, an event key.rotated says so; the next one is
// believed when the one before has signed that. A key that follows a lost one has to be given too, after a comma.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "refused: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// rotation is what an event key.rotated holds: a note that the next key has signed and, unless it was lost, the former.
type rotation struct {
	index        int64
	former, next string
	handedOver   bool
}

// keys says which key may sign at which place of the log.
type keys struct {
	known   map[string]note.Verifier
	current string
	retired map[string]int64
	events  []rotation
	done    int
}

func trust(given string, events []rotation) *keys {
	all := &keys{known: map[string]note.Verifier{}, retired: map[string]int64{}, events: events}
	for _, vkey := range strings.Split(given, ",") {
		all.add(vkey)
	}
	return all
}

func (all *keys) add(vkey string) {
	verifier, err := note.NewVerifier(vkey)
	must(err, "verifier key")
	all.known[vkey] = verifier
}

// until reads the handovers among the first size events; those that nobody need believe change nothing.
func (all *keys) until(size int64) {
	for ; all.done < len(all.events) && all.events[all.done].index < size; all.done++ {
		one := all.events[all.done]
		_, formerKnown := all.known[one.former]
		_, nextKnown := all.known[one.next]
		if one.handedOver && (!formerKnown || all.current != "" && all.current != one.former) || !one.handedOver && !nextKnown {
			continue
		}
		all.add(one.next)
		all.retired[one.former] = one.index
		if all.current != "" {
			all.retired[all.current] = one.index
		}
		all.current = one.next
	}
}

// checkpoint opens a signed note, reads its three lines, and looks whether its key may sign at that place of the log.
// Notes must come in the order of their sizes.
func (all *keys) checkpoint(msg []byte) (origin string, tree tlog.Tree) {
	lines := strings.Split(string(msg), "\n")
	if len(lines) < 4 || lines[3] != "" {
		must(fmt.Errorf("%q", msg), "checkpoint text")
	}
	var err error
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint size")
	all.until(tree.N)
	var known []note.Verifier
	for _, one := range all.known {
		known = append(known, one)
	}
	what := fmt.Sprintf("checkpoint of %d", tree.N)
	opened, err := note.Open(msg, note.VerifierList(known...))
	must(err, what)
	if strings.Join(lines[:4], "\n") != opened.Text {
		must(fmt.Errorf("%q", opened.Text), "checkpoint text")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	must(err, what)
	for _, signature := range opened.Sigs {
		for vkey, one := range all.known {
			_, isRetired := all.retired[vkey]
			if one.Name() != signature.Name || one.KeyHash() != signature.Hash || one.Name() != lines[0] || isRetired {
				continue
			}
			if all.current == "" || all.current == vkey {
				all.current = vkey
				return lines[0], tree
			}
		}
	}
	must(fmt.Errorf("it is signed by a key whose turn it was not"), what)
	return
}

// folder reads tiles of height 8; tlog knows how to tell whether they belong to the tree.
type folder string

func (dir folder) Height() int                                { return 8 }
func (dir folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// tile/8/0/000 there is tile/0/000 here.
		data, err := os.ReadFile(filepath.Join(string(dir), "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// rotated reads an event, and the statement in it when it is about a change of key.
func rotated(event []byte) (one rotation, found bool) {
	var said struct {
		Index, Type string
		Detail      struct{ Statement string }
	}
	if !bytes.Contains(event, []byte(`"key.rotated"`)) || json.Unmarshal(event, &said) != nil || said.Type != "key.rotated" {
		return one, false
	}
	lines := strings.Split(said.Detail.Statement, "\n")
	if len(lines) < 6 || lines[0] != "elevate-key-rotation/v1" || lines[4] != "" {
		return one, false
	}
	isFormer, isNext := strings.HasPrefix(lines[2], "former "), strings.HasPrefix(lines[3], "next ")
	one.former, one.next = strings.TrimPrefix(lines[2], "former "), strings.TrimPrefix(lines[3], "next ")
	former, badFormer := note.NewVerifier(one.former)
	next, badNext := note.NewVerifier(one.next)
	if !isFormer || !isNext || badFormer != nil || badNext != nil || one.former == one.next {
		return one, false
	}
	opened, err := note.Open([]byte(said.Detail.Statement), note.VerifierList(former, next))
	if err != nil || former.Name() != lines[1] || next.Name() != lines[1] {
		return one, false
	}
	for _, signature := range opened.Sigs {
		one.handedOver = one.handedOver || signature.Hash == former.KeyHash()
		found = found || signature.Hash == next.KeyHash()
	}
	one.index, err = strconv.ParseInt(said.Index, 10, 64)
	return one, found && err == nil
}

// proven checks one event with its proof (c2sp.org/tlog-proof), which has to be under the newest checkpoint.
func proven(file string, newest []byte, tree tlog.Tree) {
	text, err := os.ReadFile(file)
	must(err, file)
	event, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".json")
	must(err, file)
	head, msg, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		must(fmt.Errorf("%q", head), file)
	}
	if msg != string(newest) {
		must(fmt.Errorf("it is under another checkpoint than log/checkpoint"), file)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, file)
	var hashes []tlog.Hash
	for _, line := range lines[2:] {
		data, err := base64.StdEncoding.DecodeString(line)
		must(err, file)
		if len(data) != tlog.HashSize {
			must(fmt.Errorf("%q is no hash", line), file)
		}
		var one tlog.Hash
		copy(one[:], data)
		hashes = append(hashes, one)
	}
	must(tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(event)), file)
}

// each calls back with every file under events/ whose name ends so.
func each(dir, ending string, call func(file string)) {
	must(filepath.WalkDir(filepath.Join(dir, "events"), func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(file, ending) {
			call(file)
		}
		return err
	}), "events")
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . KEY FOLDER")
		os.Exit(2)
	}
	given, dir := os.Args[1], os.Args[2]
	var rotations []rotation
	each(dir, ".tlog-proof", func(file string) {
		event, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".json")
		must(err, file)
		if one, found := rotated(event); found {
			rotations = append(rotations, one)
		}
	})
	sort.Slice(rotations, func(a, b int) bool { return rotations[a].index < rotations[b].index })

	var before []tlog.Tree
	turn := trust(given, rotations)
	notes, err := os.ReadFile(filepath.Join(dir, "log", "checkpoints"))
	must(err, "checkpoints")
	// Texts and signatures by turns.
	parts := strings.Split(strings.TrimSpace(string(notes)), "\n\n")
	for n := 0; n+1 < len(parts); n += 2 {
		_, one := turn.checkpoint([]byte(parts[n] + "\n\n" + parts[n+1] + "\n"))
		before = append(before, one)
	}
	newest, err := os.ReadFile(filepath.Join(dir, "log", "checkpoint"))
	must(err, "checkpoint")
	origin, tree := turn.checkpoint(newest)

	reader := tlog.TileHashReader(tree, folder(filepath.Join(dir, "log")))
	root, err := tlog.TreeHash(tree.N, reader)
	must(err, "tiles")
	if root != tree.Hash {
		must(fmt.Errorf("%v", root), "root of the tiles")
	}
	for _, one := range before {
		proof, err := tlog.ProveTree(tree.N, one.N, reader)
		must(err, "proof from tiles")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, one.N, one.Hash), fmt.Sprintf("checkpoint of %d", one.N))
	}

	events := 0
	each(dir, ".tlog-proof", func(file string) {
		proven(file, newest, tree)
		events++
	})
	fmt.Printf("%s: %d events are proven, %d checkpoints are of one log of %d events\n", origin, events, len(before), tree.N)
	if turn.done > 0 && turn.current != "" {
		fmt.Printf("the key at the end: %s\n", turn.current)
	}
}
