"""Databases of miRNA targets as they write their exports: a few rows each, made up."""

from __future__ import annotations

MIRTARBASE = """\
miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez ID),Species (Target Gene),Experiments,Support Type,\
References (PMID)
MIRT000001,hsa-miR-21-5p,Homo sapiens,PTEN,5728,Homo sapiens,Luciferase reporter assay//Western blot,Functional MTI,1
MIRT000001,hsa-miR-21-5p,Homo sapiens,PTEN,5728,Homo sapiens,PAR-CLIP,Functional MTI (Weak),2
MIRT000002,hsa-miR-21-5p,Homo sapiens,TP53,7157,Homo sapiens,qRT-PCR,Non-Functional MTI,3
MIRT000003,hsa-miR-155-5p,Homo sapiens,FOS,2353,Homo sapiens,HITS-CLIP,Functional MTI (Weak),4
MIRT000004,mmu-miR-155-5p,Mus musculus,Fos,14281,Mus musculus,qRT-PCR,Functional MTI,5
"""
ENCORI = """\
#please cite: Li JH, et al. starBase v2.0, Nucleic Acids Res. 2014
miRNAid\tmiRNAname\tgeneID\tgeneName\tgeneType\tchromosome\tnarrowStart\tnarrowEnd\tstrand\tclipExpNum\tdegraExpNum\tRBP\tTargetScan
MIMAT0000076\thsa-miR-21-5p\tENSG00000171862\tPTEN\tprotein_coding\tchr10\t1\t8\t+\t5\t0\tAGO2\t1
MIMAT0000076\thsa-miR-21-5p\tENSG00000171862\tPTEN\tprotein_coding\tchr10\t91\t98\t+\t2\t1\tAGO2\t0
MIMAT0000076\thsa-miR-21-5p\tENSG00000229807\tXIST\tlincRNA\tchrX\t1\t8\t-\t0\t0\t\t1
"""
ENCORI_CIRCLES = """\
miRNAid\tmiRNAname\tgeneID\tgeneName\tcircID\tgeneType\tclipExpNum\tdegraExpNum
MIMAT0000076\thsa-miR-21-5p\tENSG00000110422\tHIPK3\thsa_circ_0000284\tprotein_coding\t3\t0
"""
STARBASE_2 = """\
name,geneName,targetScanSites,picTarSites,RNA22Sites,PITASites,miRandaSites
hsa-miR-21-5p,PTEN,1,0,0,1,1
"""
SCORES = """\
Gene ID\tGene Symbol\tTranscript ID\tGene Tax ID\tmiRNA\tSite Type\tUTR_start\tUTR end\t\
context++ score\tcontext++ score percentile\tweighted context++ score\tweighted context++ score percentile
ENSG00000171862.11\tPTEN\tENST1\t9606\thsa-miR-21-5p\t3\t1\t8\t-0.4\t95\t-0.3\t95
ENSG00000171862.11\tPTEN\tENST1\t9606\thsa-miR-21-5p\t1\t91\t97\t-0.1\t60\t-0.1\t60
ENSG00000171862.11\tPTEN\tENST1\t9544\tmml-miR-21-5p\t3\t1\t8\t-0.4\t95\t-0.3\t95
"""
SITES = """\
miR Family\tGene ID\tGene Symbol\tTranscript ID\tSpecies ID\tUTR start\tUTR end\tMSA start\tMSA end\tSeed match\tPCT
miR-21-5p/590-5p\tENSG00000171862.11\tPTEN\tENST1\t9606\t1\t8\t1\t8\t8mer\t0.9
miR-21-5p/590-5p\tENSG00000171862.11\tPTEN\tENST1\t10090\t1\t8\t1\t8\t8mer\t0.9
"""
COUNTS = """\
Transcript ID\tGene Symbol\tmiRNA family\tSpecies ID\tTotal num conserved sites\tTotal num nonconserved sites\t\
Representative miRNA\tTotal context++ score
ENST1\tPTEN\tAGCUUAU\t9606\t2\t1\thsa-miR-21-5p\t-0.4
ENST2\tTP53\tAGCUUAU\t9606\t0\t0\thsa-miR-21-5p\tNULL
"""
MIRCODE = """\
gene_id\tgene_symbol\tgene_class\tmicrorna\tseed_type\tprimates_cons_%\tmammals_cons_%
ENSG00000229807.3\tXIST\tlncRNA, intergenic\tmiR-21/590-5p\t8mer\t100\t50
ENSG00000229807.3\tXIST\tlncRNA, intergenic\tmiR-21/590-5p\t7-mer-m8\t100\t50
ENSG00000171862.6\tPTEN\tcoding\tmiR-103a/107\t8mer\t100\t50
"""
EXPORTS = {
    "mirtarbase": (MIRTARBASE,),
    "encori": (ENCORI, ENCORI_CIRCLES, STARBASE_2),
    "targetscan": (SCORES, SITES, COUNTS),
    "mircode": (MIRCODE,),
}
