// Checks a folder of evidence with nothing of elevate in it: checkpoints are opened by Go's golang.org/x/mod/sumdb/note,
// proofs are checked by golang.org/x/mod/sumdb/tlog.
//
//	go run verify.go KEY FOLDER
//
// After a change of key, KEY is all keys of the log with commas between.
package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// checkpoint opens a signed note and reads its three lines.
func checkpoint(msg []byte, vkeys string) (origin string, tree tlog.Tree) {
	var known []note.Verifier
	for _, vkey := range strings.Split(vkeys, ",") {
		verifier, err := note.NewVerifier(vkey)
		must(err, "verifier key")
		known = append(known, verifier)
	}
	opened, err := note.Open(msg, note.VerifierList(known...))
	must(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != opened.Sigs[0].Name {
		must(fmt.Errorf("%q", opened.Text), "checkpoint text")
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint size")
	tree.Hash, err = tlog.ParseHash(lines[2])
	must(err, "checkpoint root")
	return lines[0], tree
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

// proven checks one event with its proof (c2sp.org/tlog-proof).
func proven(file, vkey string) {
	text, err := os.ReadFile(file)
	must(err, file)
	event, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".json")
	must(err, file)
	head, msg, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		must(fmt.Errorf("%q", head), file)
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
	_, tree := checkpoint([]byte(msg), vkey)
	must(tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(event)), file)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run verify.go KEY FOLDER")
		os.Exit(2)
	}
	vkey, dir := os.Args[1], os.Args[2]
	msg, err := os.ReadFile(filepath.Join(dir, "log", "checkpoint"))
	must(err, "checkpoint")
	origin, tree := checkpoint(msg, vkey)

	reader := tlog.TileHashReader(tree, folder(filepath.Join(dir, "log")))
	root, err := tlog.TreeHash(tree.N, reader)
	must(err, "tiles")
	if root != tree.Hash {
		must(fmt.Errorf("%v", root), "root of the tiles")
	}
	older := 0
	notes, err := os.ReadFile(filepath.Join(dir, "log", "checkpoints"))
	must(err, "checkpoints")
	// Texts and signatures by turns.
	parts := strings.Split(strings.TrimSpace(string(notes)), "\n\n")
	for n := 0; n+1 < len(parts); n += 2 {
		_, before := checkpoint([]byte(parts[n]+"\n\n"+parts[n+1]+"\n"), vkey)
		proof, err := tlog.ProveTree(tree.N, before.N, reader)
		must(err, "proof from tiles")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash), fmt.Sprintf("checkpoint of %d", before.N))
		older++
	}

	events := 0
	must(filepath.WalkDir(filepath.Join(dir, "events"), func(file string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".tlog-proof") {
			proven(file, vkey)
			events++
		}
		return err
	}), "events")
	fmt.Printf("%s: %d events are proven, %d checkpoints are of one log of %d events\n", origin, events, older, tree.N)
}
