/** People who found out how something works or made something that does, of many fields, centuries and countries. */
export const surnames = `
  abel agnesi aiken alhazen allen ampere anderson archimedes armstrong arrhenius aryabhata atanasoff avicenna avogadro
  ayrton babbage backus baird banach banting bardeen bartik bayes becquerel berners bernoulli berzelius bessemer bhaskara
  birkhoff biruni blackburn blackwell bohr boltzmann boole born bosch bose brahe brahmagupta braille brooks brunel buffon
  burnell cannon cantor carnot carson cartwright carver cassini cauchy cayley cerf chandrasekhar charpentier chebyshev cheng
  chern church clarke cochrane codd compton conway copernicus coriolis coulomb crick curie cuvier daguerre daimler dalton
  darwin davy descartes diesel dijkstra diophantus dirac dirichlet domagk doppler doudna earhart easley eastman eckert
  eddington edison ehrenfest ehrlich eiffel einstein elgamal elion engelbart erdos ershov euclid euler faraday farnsworth
  fermat fermi feynman fibonacci fizeau fleming florey floyd ford foucault fourier franklin fraunhofer frobenius fulton
  gagarin galen galilei galois gauss gentzen germain gibbs goeppert goldberg goldwasser golgi gutenberg hadamard haldane
  halley hamilton hamming hardy hargreaves harvey hawking heisenberg helmholtz heron herschel hertz hilbert hoare hodgkin
  holberton hollerith hooke hopper hubble humboldt huygens hypatia ito iverson jacobi jacquard jemison jenner johnson
  josephson joule kahan kahn kamen kapitsa karnaugh kay kekule keller kelvin kepler kernighan khayyam khorana khwarizmi
  kitasato kleene knuth koch kolmogorov kovalevskaya kuratowski kwolek lagrange lamarck lamarr lamport landau laplace laval
  lavoisier leakey leavitt lebedev lebesgue leeuwenhoek legendre leibniz lemaitre lie lilienthal linnaeus liouville liskov
  lister lorentz lorenz lovelace lumiere lyell lyon mach marconi markov mauchly maxwell mccarthy mcclintock mccluskey meeker
  meitner mendel mendeleev merian michelson millikan mills milner minsky mirzakhani mitchell mobius montalcini montgolfier
  morse napier naur neumann newton nightingale nobel noddack noether nusslein nygaard oersted ohm oleinik oppenheimer otis
  otto papin paracelsus parsons pascal pasteur pauli pauling pavlov payne peano perkin perlis perlman planck poincare polya
  porsche postel priestley rabin raman ramanujan ramon rayleigh ride riemann ritchie rivest robinson roebling roemer rubin
  rutherford sabin saha salam salk sammet sanger savery scheele schrodinger seki semmelweis shamir shannon shaw shenkuo
  siemens sierpinski smeaton snow sperry stallman stephenson sutherland swan tanenbaum tao tarski telford tereshkova tesla
  theophrastus thompson thomson tinbergen torricelli torvalds tsiolkovsky tull turing uhlenbeck vaughan vesalius viete vinci
  virchow volta wallace watson watt weber wegener westinghouse whittle wiener wiles wilkes wing wirth wohler woodward
  wozniak wright wu yalow yonath yukawa zeppelin zermelo zhang zuse zwicky
`
  .trim()
  .split(/\s+/);
