#!/bin/sh
# Docks the ligand of AutoDock Vina's own test data, which lie in the folder of the first argument, for a short time: out.pdbqt.
set -e
cp "$1/conf.txt" "$1/ligand.pdbqt" .
gzip -dc "$1/protein.pdbqt.gz" >protein.pdbqt
vina --config conf.txt --seed 1 --exhaustiveness 1 --max_evals 5000 --cpu 1
