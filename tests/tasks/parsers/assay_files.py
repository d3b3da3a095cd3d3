"""Small exports of products of which no real file is at hand, as their vendors' documentation shows them."""

from __future__ import annotations

ZETAVIEW = (
    "ZetaView S/N 17-332\t\r\nSoftware:\tZetaView 8.05.12\r\nSample:\tEXO1\r\nDate:\t2024-03-05\r\nTime:\t10:11:12\r\n"
    "Electrolyte:\tPBS\r\nDilution::\t1000\r\nTemperature:\t23.1 °C sensed\r\nNumber of Traced Particles:\t1204\r\n"
    "\r\nSize Distribution\r\nSize / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2\r\n"
    "7.500E+1\t10\t1.000E+5\t1\t1\r\n1.050E+2\t60\t6.000E+5\t1\t1\r\n1.350E+2\t25\t2.500E+5\t1\t1\r\n"
    "1.650E+2\t5\t5.000E+4\t1\t1\r\n"
    "-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\r\n"
    "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2\r\n1.000E+2\t100\t1.0E+6\t1\t1\r\n"
)
IMAGE_STUDIO = (
    "Image Name\tChannel\tName\tSignal\tTotal\tArea\tBkgnd.\tType\tConc. Std.\tConcentration\tLane\n"
    "0001_01\t700\t00000001\t1000\t1400\t200\t2\tSignal\t\t\t1\n"
    "0001_01\t700\t00000002\t2000\t2400\t200\t2\tSignal\t\t\t2\n"
    "0001_01\t800\t00000003\t500\t900\t200\t2\tSignal\t\t\t1\n"
    "0001_01\t800\t00000004\t4000\t4400\t200\t2\tSignal\t\t\t2\n"
    "0001_01\t800\t00000005\t0\t400\t200\t2\tBackground\t\t\t\n"
)
IMAGE_LAB = (
    "Lane,Band No.,Band Label,Mol. Wt. (KDa),Relative Front,Adj. Volume (Int),Volume (Int),Abs. Quant.,Rel. Quant.\n"
    "1,1,SOX9,56.1,0.41,1000,1500,N/A,1\n"
    "1,2,GAPDH,37.0,0.61,2000,2500,N/A,1\n"
    "2,1,SOX9,56.0,0.41,4000,4500,N/A,1\n"
    "2,2,GAPDH,36.9,0.61,2000,2400,N/A,1\n"
)
SUMMARY = (
    "Slice\tCount\tTotal Area\tAverage Size\t%Area\tMean\n"
    "C1_field1.tif\t120\t4800.5\t40.004\t2.5\t255\nC1_field2.tif\t98\t3900\t39.8\t2.1\t255\n"
)
